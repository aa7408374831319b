/** Those of `ttk serve`, for want of others. */
export const DEFAULT_ACCOUNTS = "user{1..200}";
export const DEFAULT_PASSWORD = "secret";
