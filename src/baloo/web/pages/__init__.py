"""The pages: one module a noun. Each names its addresses in `ROUTES` and shows what stands there."""
