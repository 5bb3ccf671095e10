"""The sandbox: applications and situations for one department's program, and a judgement of how it answers them."""
