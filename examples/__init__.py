"""Examples: small programs that use chengxin as a platform would."""
