/** A deploy against an account that is played: its order, its environments, and that it can be repeated after any failure. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type DeployOptions, type DeployTools, deploy } from "../../scripts/deploy/deploy.ts";
import { environmentConfig, listOf, tableOf } from "../../scripts/deploy/environment.ts";
import { parseToml, type TomlObject } from "../../scripts/scaffold/toml-values.ts";

const TOML = `name = "shop"
main = "src/index.ts"
compatibility_date = "2026-11-01"
[triggers]
crons = ["17 3 * * *"]
[vars]
ENVIRONMENT = "production"
PUBLIC_ORIGIN = ""
[secrets]
required = ["TOKEN_KEYS"]
[observability]
enabled = true
[[d1_databases]]
binding = "DB"
database_name = "shop"
[[r2_buckets]]
binding = "FILES"
bucket_name = "shop-files"
[[r2_buckets]]
binding = "ASSETS"
bucket_name = "shop-assets"
[[kv_namespaces]]
binding = "ASSET_MANIFEST"
[[ratelimits]]
name = "ADDRESS_LIMIT"
namespace_id = "1001"
simple = { limit = 1200, period = 60 }
[[durable_objects.bindings]]
name = "ROOM"
class_name = "Room"
[exports.Room]
type = "durable-object"
storage = "sqlite"
`;
const QUEUES = '[[queues.producers]]\nbinding = "JOBS"\nqueue = "jobs"\n[[queues.consumers]]\nqueue = "jobs"\n';
const toml = parseToml(TOML + QUEUES);
const app = "shop";
const ORIGIN = "https://app.example";

interface Account {
  readonly databases: Map<string, { readonly uuid: string; isMigrated: boolean }>;
  readonly namespaces: Map<string, { readonly id: string; isPublished: boolean }>;
  readonly buckets: Set<string>;
  readonly queues: Set<string>;
  readonly workers: Map<string, { readonly secrets: Map<string, string>; vars: TomlObject }>;
}

function createAccount(): Account {
  return { databases: new Map(), namespaces: new Map(), buckets: new Set(), queues: new Set(), workers: new Map() };
}

class Failure extends Error {}

interface Run {
  readonly tools: DeployTools;
  /** Each call of a tool, by its first words. */
  readonly calls: string[];
  /** Everything that is printed or passed as an argument. */
  readonly visible: string[];
  readonly secretFiles: string[];
}

/** @param failAt The call that fails. @param when Whether it fails before its effect or after it. */
function play(account: Account, failAt = -1, when: "before" | "after" = "before", env: DeployTools["env"] = {}): Run {
  const calls: string[] = [];
  const visible: string[] = [];
  const secretFiles: string[] = [];
  const configs = new Map<string, TomlObject>();
  let count = 0;
  function step<T>(name: string, effect: () => T): T {
    const fails = count++ === failAt;
    calls.push(name);
    if (fails && when === "before") throw new Failure(name);
    try {
      return effect();
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: a connection that is lost hides whatever happened.
      if (fails) throw new Failure(name);
    }
  }
  const create = (known: Set<string>, name: string, code: string) => {
    if (known.has(name)) throw new Error(`it already exists [code: ${code}]`);
    known.add(name);
  };
  const configOf = (args: readonly string[]) => configs.get(args[args.indexOf("--config") + 1] ?? "") ?? {};
  const read = (args: readonly string[]) => {
    visible.push(...args);
    const [command, verb, name = ""] = args.filter((arg) => !["namespace", "bucket"].includes(arg));
    return step(`${command} ${verb}`, () => {
      const id = `${account.databases.size}${account.namespaces.size}`;
      if (command === "secret") {
        const worker = account.workers.get(args.at(-1) ?? "");
        if (!worker) throw new Error("This Worker does not exist [code: 10007]");
        return JSON.stringify([...worker.secrets.keys()].map((secret) => ({ name: secret })));
      }
      if (verb === "list")
        return JSON.stringify(
          command === "d1"
            ? [...account.databases].map(([title, { uuid }]) => ({ name: title, uuid }))
            : [...account.namespaces].map(([title, { id }]) => ({ title, id })),
        );
      if (command === "d1") account.databases.set(name, { uuid: `d${id}`, isMigrated: false });
      if (command === "kv") account.namespaces.set(name, { id: `n${id}`, isPublished: false });
      if (command === "r2") create(account.buckets, name, "10004");
      if (command === "queues") create(account.queues, name, "11009");
      return "";
    });
  };
  const databasesOf = (config: TomlObject) =>
    listOf(config.d1_databases).map(({ database_id }) =>
      [...account.databases.values()].find(({ uuid }) => uuid === database_id),
    );
  const namespacesOf = (config: TomlObject) =>
    listOf(config.kv_namespaces).map((entry) => [...account.namespaces.values()].find(({ id }) => id === entry.id));
  const show = (args: readonly string[]) => {
    visible.push(...args);
    step(args.includes("--dry-run") ? "deploy --dry-run" : args.slice(0, 3).join(" ").replace(/ -.*/, ""), () => {
      if (args.includes("--dry-run")) return;
      const config = configOf(args);
      const databases = databasesOf(config);
      if (args[0] === "d1") for (const database of databases) if (database) database.isMigrated = true;
      if (args[0] === "deploy") upload(config, args);
    });
  };
  function upload(config: TomlObject, args: readonly string[]): void {
    expect(databasesOf(config).every((database) => database?.isMigrated)).toBe(true);
    expect(namespacesOf(config).every((namespace) => namespace?.isPublished)).toBe(true);
    for (const { bucket_name } of listOf(config.r2_buckets)) expect(account.buckets).toContain(bucket_name);
    expect(tableOf(config.vars).ASSET_VERSION).toBe("v1");
    const name = String(config.name);
    const file = args.includes("--secrets-file") ? (args[args.indexOf("--secrets-file") + 1] ?? "") : undefined;
    if (file !== undefined) expect(statSync(file).mode & 0o077).toBe(0);
    if (file !== undefined) secretFiles.push(file);
    const added: Record<string, string> = file === undefined ? {} : JSON.parse(readFileSync(file, "utf8"));
    const secrets = new Map([...(account.workers.get(name)?.secrets ?? []), ...Object.entries(added)]);
    expect(secrets.has("TOKEN_KEYS")).toBe(true);
    account.workers.set(name, { secrets, vars: tableOf(config.vars) });
  }
  const tools: DeployTools = {
    read,
    show,
    check: () => step("check", () => {}),
    write(environment, config) {
      configs.set(environment, config);
      return environment;
    },
    publish: async (config) =>
      step("publish", () => {
        for (const namespace of namespacesOf(config)) if (namespace) namespace.isPublished = true;
        return "v1";
      }),
    print: (text) => visible.push(text),
    ask: null,
    env,
  };
  return { tools, calls, visible, secretFiles };
}

const options = (environment: string): DeployOptions => ({ environment, isDryRun: false, origin: ORIGIN });

const FIRST = [
  "secret list",
  "check",
  "d1 list",
  "d1 create",
  "d1 list",
  "kv list",
  "kv create",
  "kv list",
  "r2 create",
  "r2 create",
  "queues create",
  "d1 migrations apply",
  "publish",
  "deploy",
];

/** Without ids, buckets and queues are found by creating them. */
const AGAIN = [
  "secret list",
  "check",
  "d1 list",
  "kv list",
  "r2 create",
  "r2 create",
  "queues create",
  "d1 migrations apply",
  "publish",
  "deploy",
];

test("the first deploy creates everything, then migrates, publishes and deploys; the next creates nothing", async () => {
  const account = createAccount();
  const first = play(account);
  await deploy(toml, options("production"), first.tools);
  expect(first.calls).toEqual(FIRST);
  expect([...account.databases.keys(), ...account.namespaces.keys(), ...account.buckets, ...account.queues]).toEqual([
    app,
    `${app}-asset-manifest`,
    `${app}-files`,
    `${app}-assets`,
    "jobs",
  ]);
  expect(account.workers.get(app)?.vars.PUBLIC_ORIGIN).toBe(ORIGIN);
  const keys = account.workers.get(app)?.secrets.get("TOKEN_KEYS");
  const second = play(account);
  await deploy(toml, options("production"), second.tools);
  expect(second.calls).toEqual(AGAIN);
  expect(account.workers.get(app)?.secrets.get("TOKEN_KEYS")).toBe(keys);
  expect(account.databases.size).toBe(1);
});

describe.each(["production", "staging"])("a deploy to %s", (environment) => {
  const cases = ["before", "after"].flatMap((when) => FIRST.map((call, at) => ({ when, call, at })));
  test.each(cases)(
    "that fails $when the effect of call $at ($call) is finished by the next",
    async ({ when, call, at }) => {
      const account = createAccount();
      const failing = play(account, at, when as "before" | "after");
      await expect(deploy(toml, options(environment), failing.tools)).rejects.toThrow(call);
      expect(failing.calls).toEqual(FIRST.slice(0, at + 1));
      const keys = [...account.workers.values()].map(({ secrets }) => secrets.get("TOKEN_KEYS"));
      const again = play(account);
      await deploy(toml, options(environment), again.tools);
      expect(again.calls.at(-1)).toBe("deploy");
      expect([account.databases.size, account.namespaces.size, account.workers.size]).toEqual([1, 1, 1]);
      const after = [...account.workers.values()].map(({ secrets }) => secrets.get("TOKEN_KEYS"));
      if (keys.length > 0) expect(after).toEqual(keys);
      for (const file of [...failing.secretFiles, ...again.secretFiles]) expect(existsSync(file)).toBe(false);
    },
  );
});

test("environments share nothing: names, ids, secrets, rate limits", async () => {
  const account = createAccount();
  const names = ["production", "staging", "preview", "pr-7"];
  const configs = new Map<string, TomlObject>();
  for (const environment of names) {
    const { tools } = play(account);
    const write: DeployTools["write"] = (name, config) => {
      configs.set(name, config);
      return tools.write(name, config);
    };
    await deploy(toml, options(environment), { ...tools, write });
  }
  const written = [...configs.values()];
  const used = (read: (config: TomlObject) => readonly unknown[]) => written.flatMap(read);
  for (const all of [
    used(({ name }) => [name]),
    used(({ d1_databases }) => listOf(d1_databases).map(({ database_id }) => database_id)),
    used(({ kv_namespaces }) => listOf(kv_namespaces).map(({ id }) => id)),
    used(({ r2_buckets }) => listOf(r2_buckets).map(({ bucket_name }) => bucket_name)),
    used(({ ratelimits }) => listOf(ratelimits).map(({ namespace_id }) => namespace_id)),
    used(({ queues }) => listOf(tableOf(queues).producers).map(({ queue }) => queue)),
    [...account.workers.values()].map(({ secrets }) => secrets.get("TOKEN_KEYS")),
  ])
    expect(new Set(all).size).toBe(all.length);
  const [production, staging] = written;
  for (const key of ["vars", "triggers", "durable_objects", "exports", "observability"])
    expect(staging?.[key]).toEqual(production?.[key]);
});

/** What a fork may write into `wrangler.toml` besides. */
const CONFIGURED = `routes = [{ pattern = "app.example", custom_domain = true }]
${TOML}
[env.staging.vars]
PUBLIC_ORIGIN = "https://staging.example"
[[env.preview.r2_buckets]]
binding = "FILES"
bucket_name = "shared-fixtures"
`;

test("an environment takes over variables, but neither addresses nor ids; its own table goes first", async () => {
  const account = createAccount();
  const configured = parseToml(CONFIGURED.replace('binding = "DB"', 'binding = "DB"\ndatabase_id = "d0"'));
  account.databases.set(app, { uuid: "d0", isMigrated: false });
  for (const environment of ["production", "staging"])
    await deploy(configured, { environment, isDryRun: false }, play(account).tools);
  const origins = [...account.workers.values()].map(({ vars }) => vars.PUBLIC_ORIGIN);
  expect(origins).toEqual(["https://app.example", "https://staging.example"]);
  expect([...account.databases.values()].map(({ uuid, isMigrated }) => [uuid === "d0", isMigrated])).toEqual([
    [true, true],
    [false, true],
  ]);
  const staging = environmentConfig(configured, "staging");
  expect(Object.keys(staging)).not.toEqual(expect.arrayContaining(["routes"]));
  expect(tableOf(staging.vars)).toEqual({ ...tableOf(configured.vars), PUBLIC_ORIGIN: "https://staging.example" });
  const preview = environmentConfig(configured, "preview");
  expect(preview.r2_buckets).toEqual([{ binding: "FILES", bucket_name: "shared-fixtures" }]);
});

test.each([
  '[[hyperdrive]]\nbinding = "OLD"\nid = "1"\n',
  '[[durable_objects.bindings]]\nname = "O"\nclass_name = "O"\nscript_name = "other"\n',
])("an environment never shares what has no name of its own: %s", (text) => {
  const [, kind = ""] = /\[\[(\w+)/.exec(text) ?? [];
  expect(() => environmentConfig(parseToml(TOML + text), "staging")).toThrow(`would share ${kind} with production`);
  const own = `${TOML}${text}${text.replace("[[", "[[env.staging.")}`;
  expect(environmentConfig(parseToml(own), "staging")).toHaveProperty(kind);
});

test.each([
  [
    "a failed check",
    {
      check: () => {
        throw new Failure("check");
      },
    },
    /check/,
  ],
  [
    "no origin",
    { origin: undefined },
    /^Nothing was deployed: set --origin, or PUBLIC_ORIGIN in \[env\.staging\.vars\] of wrangler\.toml, to /,
  ],
  ["a name that is none", { environment: "Staging/1" }, /^The environment name "Staging\/1" is not valid\./],
])(
  "with %s, nothing is changed",
  async (_, { check, ...change }: Partial<DeployOptions & Pick<DeployTools, "check">>, message) => {
    const account = createAccount();
    const { tools, calls } = play(account);
    // Production has an origin, which is not that of staging.
    const named = parseToml(TOML.replace('PUBLIC_ORIGIN = ""', 'PUBLIC_ORIGIN = "https://app.example"'));
    const running = deploy(named, { ...options("staging"), ...change }, { ...tools, ...(check && { check }) });
    await expect(running).rejects.toThrow(message);
    expect(calls.filter((call) => call !== "secret list")).toEqual([]);
  },
);

const withSecret = parseToml(TOML.replace('"TOKEN_KEYS"', '"TOKEN_KEYS", "PAYMENT_KEY"'));
test("a secret that cannot be created is taken from the environment, and missed before anything is changed", async () => {
  const account = createAccount();
  const { tools, calls } = play(account);
  await expect(deploy(withSecret, options("production"), tools)).rejects.toThrow(
    /^Nothing was changed: .* lacks PAYMENT_KEY\./,
  );
  expect(calls).toEqual(["secret list"]);
  const given = play(account, -1, "before", { PAYMENT_KEY: "pay-me-well" });
  await deploy(withSecret, options("production"), given.tools);
  const secrets = account.workers.get(app)?.secrets;
  expect(secrets?.get("PAYMENT_KEY")).toBe("pay-me-well");
  for (const value of secrets?.values() ?? []) expect(given.visible.join("\n")).not.toContain(value);
  expect(given.secretFiles.map((file) => existsSync(file))).toEqual([false]);
  await deploy(withSecret, options("production"), play(account).tools);
  expect(account.workers.get(app)?.secrets).toEqual(secrets);
});

test("other failures of the list of secrets end the deploy, since new keys would sign everybody out", async () => {
  const { tools, calls } = play(createAccount());
  const read = () => {
    throw new Error("Set CLOUDFLARE_API_TOKEN [code: 110007]");
  };
  await expect(deploy(toml, options("production"), { ...tools, read })).rejects.toThrow(
    /^The secrets could not be listed, .* Log in first: npx wrangler login\.\n/,
  );
  expect(calls).toEqual([]);
});

test.each(["production", "staging"])(
  "a dry run for %s says the steps and builds, without the account",
  async (environment) => {
    const { tools, calls, visible } = play(createAccount());
    await deploy(toml, { environment, isDryRun: true }, tools);
    expect(calls).toEqual(["deploy --dry-run"]);
    const name = environment === "production" ? app : `${app}-${environment}`;
    const steps = visible[0]?.split("\n").map((line) => line.trim()) ?? [];
    expect(steps.map((line) => line.slice(0, 5))).toEqual(["Deplo", "1. Ru", "2. Cr", "3. Ap", "4. Pu", "5. De"]);
    for (const resource of [
      `database ${name},`,
      `bucket ${name}-files`,
      `bucket ${name}-assets`,
      `namespace ${name}-asset-manifest`,
    ])
      expect(steps[2]).toContain(resource);
    expect(steps[5]).toContain(`Worker ${name}`);
  },
);
