/** A permission that API keys can be given, whichever features there are. */
import { grantablePermissions, type Permission } from "../../../src/identity/guards/require-permission.ts";
// Loaded for its route, which needs a permission.
import "../../identity/credential-app.ts";

export const [PERMISSION] = grantablePermissions() as readonly [Permission, ...Permission[]];
