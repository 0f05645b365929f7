/**
 * The policies of a deployment: who may do what, who may take which role, and what of it was ever used. It is the judge of
 * every call, those of functions and those of callers.
 */
import { createHash } from "node:crypto";
import type { Credentials } from "./functions/index.ts";
import {
  type Authorization,
  type Context,
  decide,
  grainsOf,
  grainsUsed,
  type Principal,
  readStatements,
  type Statement,
  Unmodelled,
} from "./policy/index.ts";
import type { Resolver, Resource } from "./template/index.ts";

/** A call that is to be judged, without its caller. */
export type Asked = Omit<Authorization, "principal">;

type Role = {
  readonly arn: string;
  readonly trust: readonly Statement[];
  readonly statements: readonly Statement[];
  readonly credentials: Credentials;
};

export class Iam {
  readonly #roles: ReadonlyMap<string, Role>;
  readonly #ofResources: readonly Statement[];
  readonly #used = new Set<string>();

  constructor(resolver: Resolver) {
    refuseTypes(resolver, [
      "AWS::IAM::ManagedPolicy",
      "AWS::IAM::User",
      "AWS::IAM::Group",
      "AWS::S3::AccessPoint",
    ]);
    const attached = resolver.resources("AWS::IAM::Policy");
    this.#roles = new Map(
      resolver.resources("AWS::IAM::Role").map(resource => {
        const { ref, attributes } = resolver.identityOf(resource.stack, resource.id);
        const role = readRole(resource, attributes["Arn"] ?? "", attached.filter(isAttachedTo(ref)));
        return [role.arn, role];
      }),
    );
    this.#ofResources = [
      ...resolver
        .resources("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy")
        .flatMap(({ id, properties }) => readStatements(properties["PolicyDocument"], id)),
      ...resolver.resources("AWS::Lambda::Permission").map(readPermission),
    ];
  }

  /** Why a role may not, or undefined when it may. What lets it through counts as used. */
  refusalOf(roleArn: string, asked: Asked): string | undefined {
    const { statements } = this.#role(roleArn);
    const call = { ...asked, principal: { kind: "AWS", name: roleArn } as const };
    const decision = decide(call, { identity: statements, resource: this.#ofResources });
    if (decision.kind === "denied") return refusal(roleArn, asked, decision.by);
    for (const statement of decision.by)
      for (const grain of grainsUsed(statement, call)) this.#used.add(`${roleArn} ${grain}`);
    return undefined;
  }

  /** Why a service may not do this with what it is on, by the policy of that alone. */
  refusalOfService(name: string, asked: Asked): string | undefined {
    const principal: Principal = { kind: "Service", name };
    const decision = decide({ ...asked, principal }, { identity: [], resource: this.#ofResources });
    return decision.kind === "denied" ? refusal(name, asked, decision.by) : undefined;
  }

  /** A service takes a role. Throws when the role does not trust it. */
  assume(roleArn: string, service: string, context: Context): Credentials {
    const { trust, credentials } = this.#role(roleArn);
    const asked = { action: "sts:AssumeRole", resource: roleArn, context };
    const call = { ...asked, principal: { kind: "Service", name: service } as const };
    const decision = decide(call, { identity: [], resource: trust });
    if (decision.kind === "denied") throw new Error(refusal(service, asked, decision.by));
    return credentials;
  }

  /** What a role shows when it calls. */
  credentialsOf(roleArn: string): Credentials {
    return this.#role(roleArn).credentials;
  }

  /** The role and the credentials that an access key belongs to. */
  ownerOf(accessKeyId: string): { readonly role: string; readonly credentials: Credentials } | undefined {
    const role = [...this.#roles.values()].find(each => each.credentials.accessKeyId === accessKeyId);
    return role && { role: role.arn, credentials: role.credentials };
  }

  /** Every permission of a role, and whether a call needed it. */
  usageOf(roleArn: string): readonly { readonly grain: string; readonly isUsed: boolean }[] {
    const allowed = this.#role(roleArn).statements.filter(({ effect }) => effect === "Allow");
    return [...new Set(allowed.flatMap(grainsOf))].map(grain => ({
      grain,
      isUsed: this.#used.has(`${roleArn} ${grain}`),
    }));
  }

  #role(arn: string): Role {
    const role = this.#roles.get(arn);
    if (role === undefined) throw new Error(`there is no role ${arn}`);
    return role;
  }
}

function readRole({ id, properties }: Resource, arn: string, attached: readonly Resource[]): Role {
  for (const field of ["ManagedPolicyArns", "PermissionsBoundary"])
    if (properties[field] !== undefined) throw new Unmodelled(`${field} of the role ${id}`);
  const inline = (properties["Policies"] ?? []) as readonly { readonly PolicyDocument: unknown }[];
  return {
    arn,
    trust: readStatements(properties["AssumeRolePolicyDocument"], `${id} trust`),
    statements: [
      ...inline.flatMap(({ PolicyDocument }) => readStatements(PolicyDocument, id)),
      ...attached.flatMap(policy => readStatements(policy.properties["PolicyDocument"], policy.id)),
    ],
    credentials: credentialsFor(arn),
  };
}

function isAttachedTo(roleName: string): (policy: Resource) => boolean {
  return ({ id, properties }) => {
    const { Roles = [], Users, Groups } = properties;
    if (Users !== undefined || Groups !== undefined || !Array.isArray(Roles))
      throw new Unmodelled(`whom the policy ${id} is attached to`);
    return Roles.includes(roleName);
  };
}

/** A permission of a function is a statement of the function's own policy. */
function readPermission({ id, properties }: Resource): Statement {
  const { Action, FunctionName, Principal, SourceArn, SourceAccount, ...rest } = properties;
  const [odd] = Object.keys(rest);
  if (odd !== undefined) throw new Unmodelled(`${odd} of the permission ${id}`);
  const conditions = [
    { operator: "ArnLike", key: "aws:sourcearn", value: SourceArn },
    { operator: "StringEquals", key: "aws:sourceaccount", value: SourceAccount },
  ];
  return {
    effect: "Allow",
    actions: [String(Action)],
    resources: [String(FunctionName)],
    principals: [{ kind: "Service", name: String(Principal) }],
    conditions: conditions.flatMap(({ operator, key, value }) =>
      value === undefined ? [] : [{ operator, key, values: [String(value)] }],
    ),
    origin: id,
  };
}

/** Keys that are the same in every run, and secret from nobody. */
function credentialsFor(roleArn: string): Credentials {
  const hash = createHash("sha256").update(roleArn).digest("hex");
  return {
    accessKeyId: `ASIA${hash.slice(0, 16).toUpperCase()}`,
    secretAccessKey: hash.slice(16, 56),
    sessionToken: `session-${hash.slice(0, 32)}`,
  };
}

function refusal(who: string, { action, resource, context }: Asked, by: Statement | undefined): string {
  const keys = context["dynamodb:leadingkeys"];
  const why = by === undefined ? "nothing allows it" : `${by.origin} denies it`;
  return `${who} is not authorized to perform: ${action} on resource: ${resource}${keys ? ` with the leading keys ${keys.join(", ")}` : ""}: ${why}`;
}

function refuseTypes(resolver: Resolver, types: readonly string[]): void {
  const [found] = resolver.resources(...types);
  if (found !== undefined) throw new Unmodelled(`${found.type} (${found.id} in ${found.stack})`);
}
