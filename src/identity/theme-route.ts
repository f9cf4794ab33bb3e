/** The route that stores the theme in a cookie, so that every page is rendered in it from the start. */
import * as z from "zod";
import type { Env } from "../env.ts";
import { group } from "../web/app/scope.ts";
import { requireForm } from "../web/guards/require-form.ts";
import { THEMES, type Theme } from "../web/pages/theme.ts";
import { createHostCookie } from "../web/request/host-cookie.ts";
import { returnPath } from "../web/request/return-path.ts";
import { refuse } from "../web/respond/refuse.ts";
import { seeOther } from "../web/respond/see-other.ts";
import { requireCsrf } from "./guards/require-csrf.ts";
import { commonLimits } from "./limits.ts";
import { sessionPage } from "./scope.ts";
import { loadSession } from "./sessions/page-session.ts";

const { route: page } = sessionPage;

const YEAR_SECONDS = 365 * 24 * 60 * 60;

const themeCookie = createHostCookie("theme", YEAR_SECONDS);

const themeForm = z.object({ theme: z.enum(THEMES) });
const requireTheme = requireForm(1024, themeForm);

/** @returns The theme that the browser has chosen. */
export function themeOf(request: Request, env: Pick<Env, "ENVIRONMENT">): Theme {
  return themeForm.safeParse({ theme: themeCookie.read(request, env) }).data?.theme ?? "system";
}

export const themeRoutes = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    page.post("/theme", {
      guards: [requireCsrf, requireTheme],
      resolve: (c) => {
        const { request, locals } = c;
        if (!locals.parsed.success) return refuse(c, 400, `The theme must be one of ${THEMES.join(", ")}.`);
        const { theme } = locals.parsed.data;
        const headers = new Headers();
        themeCookie.set(request, locals.env, headers, theme === "system" ? null : theme);
        const { homePath, startPath } = locals.app;
        const shown = returnPath(c, request.headers.get("Referer"));
        return seeOther(shown ?? (locals.session.user ? startPath : homePath), headers);
      },
    }),
  ],
});
