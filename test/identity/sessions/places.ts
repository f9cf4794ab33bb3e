/** Where the app runs: there the cookies have other names. */

/** Where a request goes, and what it is to get: the plain cookie is for development over http alone. */
export const places: [url: string, ENVIRONMENT: string, isLocal: boolean][] = [
  ["http://localhost:8787/", "development", true],
  ["https://localhost:8787/", "development", false],
  ["http://candor.example/", "production", false],
  ["https://candor.example/", "production", false],
  ["http://candor.example/", "staging", false],
];
