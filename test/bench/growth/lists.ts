/** The lists of the API, each with the kind of its rows and the user who reads it. */
export const LISTS = {
  "/api/notes": ["notes", "owner"],
  "/api/files": ["files", "owner"],
  "/api/me/sessions": ["sessions", "owner"],
  "/api/me/keys": ["API keys", "owner"],
  "/api/admin/users": ["users", "admin"],
} as const;
