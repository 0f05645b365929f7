/**
 * A few calls to services whose SDK is no dependency: signed by hand, answers read as text. What they tell is looked at by a
 * test, never by the log.
 */
import { type Answer, type Call, signedCaller } from "./caller.ts";
import type { Cloud } from "./cloud.ts";

/** Calls to a cloud as its root. */
export class Services {
  readonly #callers = new Map<string, Call>();
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** A call of the query protocol: `cloudformation`, `iam`, `sqs`. */
  async query(
    service: string,
    version: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<string> {
    const body = new URLSearchParams({ Version: version, ...parameters }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
    return textOf(
      await this.#call(service)("POST", "/", { headers, body }),
      `${service} ${parameters["Action"]}`,
    );
  }

  /** A call of the JSON protocol: `logs`. */
  async json(service: string, target: string, body: object): Promise<string> {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
    return textOf(await this.#call(service)("POST", "/", { headers, body: JSON.stringify(body) }), target);
  }

  /** A call of the REST protocol: `lambda`, `apigateway`, `scheduler`. */
  async rest(service: string, method: string, path: string, body = ""): Promise<Answer> {
    const answer = await this.#call(service)(method, path, { body });
    textOf(answer, `${service} ${method} ${path}`);
    return answer;
  }

  #call(service: string): Call {
    const { endpoint, region, credentials, certificate } = this.#cloud;
    const known = this.#callers.get(service);
    if (known !== undefined) return known;
    const call = signedCaller({
      url: endpoint,
      region,
      service,
      credentials: async () => credentials,
      certificate: certificate.text,
    });
    this.#callers.set(service, call);
    return call;
  }
}

/** The text of each element of a name. */
export function elementsOf(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}

function textOf({ status, body }: Answer, what: string): string {
  const text = body.toString("utf8");
  if (status >= 300) throw new Error(`${what}: ${status} ${text.slice(0, 500)}`);
  return text;
}
