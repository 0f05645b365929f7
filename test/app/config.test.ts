import { describe, expect, it } from "vitest";
import {
  type Config,
  configOf,
  flagOf,
  InvalidConfiguration,
  loadConfig,
  renderConfiguration,
  settingNames,
  settings,
  variableOf,
} from "../../lib/app/index.ts";
import { engineOptions } from "../../lib/app/local.ts";
import { defaultEngineOptions } from "../../lib/engine/index.ts";
import { defaultRestOptions } from "../../lib/rest/index.ts";

type Sources = {
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly file?: unknown;
};

function load({ flags = {}, environment = {}, file }: Sources): Config {
  const given = file === undefined ? flags : { ...flags, config: "cumulog.json" };
  const readFile = () => (typeof file === "string" ? file : JSON.stringify(file));
  return loadConfig({ flags: given, environment, readFile });
}

function problemsOf(sources: Sources): readonly string[] {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  it("is all defaults when nothing is said", () => {
    const config = load({});
    for (const name of settingNames()) expect(config[name]).toEqual(settings[name].defaultValue);
    expect(config).toMatchObject({ dataDir: ".cumulog", host: "127.0.0.1", httpPort: 8080, kafkaPort: 9092 });
  });

  it("prefers flags to the environment, that to the file, and that to defaults", () => {
    const file = { "linger-ms": 1, "http-port": 1, host: "from-file" };
    const environment = { CUMULOG_LINGER_MS: "2", CUMULOG_HTTP_PORT: "2" };
    expect(load({ flags: { lingerMs: "3" }, environment, file })).toMatchObject({
      lingerMs: 3,
      httpPort: 2,
      host: "from-file",
      dataDir: ".cumulog",
    });
  });

  it("takes the form that each source has for a value", () => {
    expect(load({ flags: { memory: true, allowedHosts: ["a", "b"] } })).toMatchObject({
      memory: true,
      allowedHosts: ["a", "b"],
    });
    const environment = { CUMULOG_MEMORY: "true", CUMULOG_ALLOWED_HOSTS: "a, b," };
    expect(load({ environment })).toMatchObject({ memory: true, allowedHosts: ["a", "b"] });
    const file = { memory: true, "allowed-hosts": ["a", "b"], "log-format": "json" };
    expect(load({ file })).toMatchObject({ memory: true, allowedHosts: ["a", "b"], logFormat: "json" });
  });

  it.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["false", false],
  ])("takes %s for a boolean", (text, memory) => {
    expect(load({ flags: { memory: text } }).memory).toBe(memory);
    expect(load({ environment: { CUMULOG_MEMORY: text } }).memory).toBe(memory);
    expect(load({ file: { memory: JSON.parse(text) } }).memory).toBe(memory);
  });

  it("lets a flag that says false win over the environment", () => {
    expect(load({ flags: { memory: "false" }, environment: { CUMULOG_MEMORY: "1" } }).memory).toBe(false);
  });

  it("finds its file by the environment, too", () => {
    const asked: string[] = [];
    const readFile = (path: string) => {
      asked.push(path);
      return '{"linger-ms": 7}';
    };
    expect(loadConfig({ flags: {}, environment: { CUMULOG_CONFIG: "/etc/c.json" }, readFile }).lingerMs).toBe(
      7,
    );
    expect(asked).toEqual(["/etc/c.json"]);
  });

  it("reports every problem at once, each with its place and value", () => {
    const problems = problemsOf({
      flags: { httpPort: "http", host: "" },
      environment: { CUMULOG_LINGER_MS: "1001", CUMULOG_LOG_LEVEL: "loud" },
      file: { "http-prt": 1, memory: "yes", "segment-bytes": { a: 1 } },
    });
    expect([...problems].sort()).toEqual([
      "--host: is empty",
      '--http-port: "http" is no integer',
      "CUMULOG_LINGER_MS: 1001 is outside [0, 1000]",
      'CUMULOG_LOG_LEVEL: "loud" is not one of debug, info, warn, error, silent',
      'cumulog.json: "http-prt" is not a setting',
      'cumulog.json: memory: "yes" is neither true (or 1) nor false (or 0)',
      'cumulog.json: segment-bytes: {"a":1} is no text, number, true, false or list of texts',
    ]);
  });

  it("says what is wrong with the file, and who named it", () => {
    expect(problemsOf({ file: '{"linger-ms": 1,\n}' })).toEqual([
      expect.stringMatching(/^--config cumulog\.json is no JSON: .* \(line 2 column 1\)$/),
    ]);
    expect(problemsOf({ file: [1] })).toEqual(["--config cumulog.json: a JSON object of settings is wanted"]);
    const readFile = () => {
      throw new Error("ENOENT: no such file or directory");
    };
    expect(() => loadConfig({ flags: { config: "x.json" }, environment: {}, readFile })).toThrow(
      new InvalidConfiguration(["--config x.json cannot be read: ENOENT: no such file or directory"]),
    );
    expect(() => loadConfig({ flags: {}, environment: { CUMULOG_CONFIG: "x.json" }, readFile })).toThrow(
      new InvalidConfiguration(["CUMULOG_CONFIG x.json cannot be read: ENOENT: no such file or directory"]),
    );
  });

  it("may not contradict itself", () => {
    expect(problemsOf({ flags: { appendBufferBytes: "1048576", requestBytesMax: "536870912" } })).toEqual([
      "--append-buffer-bytes 1048576 is below --segment-bytes 4194304",
      "--body-buffer-bytes 268435456 is below --request-bytes-max 536870912",
    ]);
  });

  it("cannot be changed", () => {
    const config = load({ flags: { allowedHosts: ["a"] } });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.allowedHosts)).toBe(true);
    expect(Object.isFrozen(configOf({ memory: true }))).toBe(true);
  });
});

describe("settings", () => {
  it("are named after one another", () => {
    expect(flagOf("httpPort")).toBe("--http-port");
    expect(variableOf("httpPort")).toBe("CUMULOG_HTTP_PORT");
  });

  it("have the defaults of what they set", () => {
    const config = load({});
    expect(defaultEngineOptions).toMatchObject(engineOptions(config));
    expect(defaultRestOptions).toMatchObject({
      requestBytesMax: config.requestBytesMax,
      bodyBufferBytes: config.bodyBufferBytes,
    });
  });

  it("accept their own defaults", () => {
    for (const name of settingNames()) {
      const { defaultValue, parse } = settings[name];
      expect(parse(String(defaultValue))).toEqual({ value: defaultValue });
    }
  });

  it("are all in the documentation", () => {
    const rows = renderConfiguration().trim().split("\n");
    expect(rows.length).toBe(settingNames().length + 2);
    expect(rows).toContain(
      "| `--http-port` | `CUMULOG_HTTP_PORT` | `http-port` | `8080` | 0 to 65535 | The port of the REST API. 0: any that is free. |",
    );
    for (const row of rows) expect(row.split(" | ").length).toBe(6);
  });
});
