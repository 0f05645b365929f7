/**
 * Resolves the intrinsic functions of templates, across stacks. One that is not listed stops the run, and so does whatever
 * is not there: a guess at a name would prove nothing.
 */
import { Unmodelled } from "../policy/index.ts";
import { type Identity, identify, nameProperties } from "./identities.ts";
import type { Place, Resource, Stack, Template } from "./template.ts";

/** What a template says cannot be made: it names what is not there. */
export class TemplateInvalid extends Error {
  override readonly name = "TemplateInvalid";
}

/** `Ref` of it takes a property or an element away. */
const noValue = Symbol("AWS::NoValue");

/** The CDK's own, which copies the code of a web function while a stack is deployed, and is not called later. */
const ofDeploying =
  /^(CustomS3(ObjectCopy|AutoDeleteObjects)|S3ObjectCopyLogGroup|AWSCDKWebFunctionAssetBucket)/;

type Intrinsic = (argument: unknown, stack: string) => unknown;

/** Every stack of a deployment, its values resolved. */
export class Resolver {
  readonly #stacks: ReadonlyMap<string, Template>;
  readonly #place: Place;
  readonly #identities = new Map<string, Identity>();
  readonly #intrinsics: Readonly<Record<string, Intrinsic>>;

  constructor(stacks: readonly Stack[], place: Place) {
    this.#stacks = new Map(stacks.map(({ name, template }) => [name, template]));
    this.#place = place;
    this.#intrinsics = {
      Ref: (argument, stack) => this.#refOf(textOf(argument), stack),
      "Fn::GetAtt": (argument, stack) => this.#attributeOf(argument, stack),
      "Fn::Join": (argument, stack) => this.#join(argument, stack),
      "Fn::Sub": (argument, stack) => this.#substitute(argument, stack),
      "Fn::Select": (argument, stack) => this.#select(argument, stack),
      "Fn::Split": (argument, stack) => this.#split(argument, stack),
      "Fn::ImportValue": (argument, stack) => this.#importOf(this.#text(argument, stack)),
    };
  }

  /**
   * Every resource of some types, resolved, but for what only works while a stack is deployed. A resource that is there
   * only under a condition is refused.
   */
  resources(...types: readonly string[]): readonly Resource[] {
    return [...this.#stacks].flatMap(([stack, { Resources }]) =>
      Object.entries(Resources)
        .filter(([id, { Type }]) => types.includes(Type) && !ofDeploying.test(id))
        .map(([id, { Type, Properties = {}, Condition }]) => {
          if (Condition !== undefined) throw new Unmodelled(`Condition ${Condition} of ${id} in ${stack}`);
          // Resolving an object gives an object.
          const properties = this.resolve(Properties, stack) as Readonly<Record<string, unknown>>;
          return { stack, id, type: Type, properties };
        }),
    );
  }

  /** What `Ref` and `Fn::GetAtt` say of a resource. */
  identityOf(stack: string, id: string): Identity {
    const key = `${stack}/${id}`;
    const known = this.#identities.get(key);
    if (known !== undefined) return known;
    const definition = this.#stacks.get(stack)?.Resources[id];
    if (definition === undefined) throw new TemplateInvalid(`there is no resource ${id} in ${stack}`);
    const given = definition.Properties?.[nameProperties[definition.Type] ?? ""];
    const name = given === undefined ? undefined : this.#text(given, stack);
    const identity = identify({ stack, id, type: definition.Type, name }, this.#place);
    this.#identities.set(key, identity);
    return identity;
  }

  /** The value of an output. */
  outputOf(stack: string, name: string): string {
    const output = this.#stacks.get(stack)?.Outputs?.[name];
    if (output === undefined) throw new TemplateInvalid(`there is no output ${name} of ${stack}`);
    return this.#text(output.Value, stack);
  }

  /** A value of a stack with every intrinsic function done. */
  resolve(value: unknown, stack: string): unknown {
    const resolved = this.#resolve(value, stack);
    if (resolved === noValue) throw new TemplateInvalid("AWS::NoValue stands where a value is needed");
    return resolved;
  }

  #resolve(value: unknown, stack: string): unknown {
    if (Array.isArray(value))
      return value.map(each => this.#resolve(each, stack)).filter(each => each !== noValue);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (only !== undefined && isIntrinsic(only[0])) {
      const intrinsic = this.#intrinsics[only[0]];
      if (intrinsic === undefined || entries.length > 1)
        throw new Unmodelled(`the intrinsic ${JSON.stringify(value)} in ${stack}`);
      return intrinsic(only[1], stack);
    }
    return Object.fromEntries(
      entries
        .map(([name, each]) => [name, this.#resolve(each, stack)])
        .filter(([, each]) => each !== noValue),
    );
  }

  #refOf(name: string, stack: string): unknown {
    const { account, region } = this.#place;
    switch (name) {
      case "AWS::AccountId":
        return account;
      case "AWS::Region":
        return region;
      case "AWS::Partition":
        return "aws";
      case "AWS::URLSuffix":
        return "amazonaws.com";
      case "AWS::StackName":
        return stack;
      case "AWS::NoValue":
        return noValue;
      default:
        if (name.startsWith("AWS::")) throw new Unmodelled(`the pseudo parameter ${name}`);
        return this.identityOf(stack, name).ref;
    }
  }

  #attributeOf(argument: unknown, stack: string): string {
    const [id = "", ...rest] =
      typeof argument === "string" ? argument.split(".") : this.#texts(argument, stack);
    const attribute = rest.join(".");
    const value = this.identityOf(stack, id).attributes[attribute];
    if (value === undefined) throw new Unmodelled(`the attribute ${attribute} of ${id} in ${stack}`);
    return value;
  }

  #join(argument: unknown, stack: string): string {
    const [separator, parts] = listOf(argument, "Fn::Join");
    return this.#texts(parts, stack).join(textOf(separator));
  }

  #select(argument: unknown, stack: string): unknown {
    const [index, values] = listOf(argument, "Fn::Select");
    const list = listOf(this.#resolve(values, stack), "Fn::Select");
    const chosen = list[Number(index)];
    if (chosen === undefined) throw new TemplateInvalid(`Fn::Select: there is no element ${String(index)}`);
    return chosen;
  }

  #split(argument: unknown, stack: string): readonly string[] {
    const [separator, text] = listOf(argument, "Fn::Split");
    return this.#text(text, stack).split(textOf(separator));
  }

  /** `${Name}`, `${Name.Attribute}`, `${!as it is}`; names of its own come first. */
  #substitute(argument: unknown, stack: string): string {
    const [template, own = {}] = typeof argument === "string" ? [argument] : listOf(argument, "Fn::Sub");
    const names = own as Readonly<Record<string, unknown>>;
    return textOf(template).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, isLiteral: string, name: string) => {
      if (isLiteral !== "") return `\${${name}}`;
      if (names[name] !== undefined) return this.#text(names[name], stack);
      return name.includes(".") ? this.#attributeOf(name, stack) : textOf(this.#refOf(name, stack));
    });
  }

  #importOf(name: string): string {
    for (const [stack, { Outputs = {} }] of this.#stacks)
      for (const { Value, Export } of Object.values(Outputs))
        if (Export !== undefined && this.#text(Export.Name, stack) === name) return this.#text(Value, stack);
    throw new TemplateInvalid(`no stack exports ${name}`);
  }

  #text(value: unknown, stack: string): string {
    return textOf(this.resolve(value, stack));
  }

  #texts(value: unknown, stack: string): readonly string[] {
    return listOf(this.resolve(value, stack), "a list of texts").map(textOf);
  }
}

function isIntrinsic(name: string): boolean {
  return name === "Ref" || name.startsWith("Fn::");
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TemplateInvalid(`${JSON.stringify(value)} stands where text is needed`);
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TemplateInvalid(`${what}: ${JSON.stringify(value)} is no list`);
}
