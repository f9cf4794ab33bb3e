/** A measured operation. */
import type { Reply } from "./client.ts";
import type { Fixture } from "./fixture.ts";

export interface Operation {
  /** Operations of a group share a panel of the plot. */
  readonly group: string;
  readonly name: string;
  /** The method and the pattern of the route, as `npm run routes` prints them. */
  readonly route: string;
  /** The number of measurements. Default: 5. */
  readonly times?: number;
  /** The expected status. Default: 200. */
  readonly status?: number;
  /** Runs before each measurement. @returns A value for `send`, such as an id. */
  readonly prepare?: (fixture: Fixture) => Promise<string>;
  readonly send: (fixture: Fixture, prepared: string) => Promise<Reply>;
}

/** The id in the body of a response. */
export const idOf = ({ text }: Reply): string => JSON.parse(text).id;
