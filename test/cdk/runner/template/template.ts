/**
 * Templates as the CDK writes them, as far as the runner reads them.
 */

/** A resource, its intrinsics unresolved. */
export type ResourceDefinition = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
};

/** A template. */
export type Template = {
  readonly Resources: Readonly<Record<string, ResourceDefinition>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
};

/** A stack that is to be run. */
export type Stack = { readonly name: string; readonly template: Template };

/** Where stacks are deployed. */
export type Place = { readonly account: string; readonly region: string };

/** A resource of a stack. */
export type Resource = {
  readonly stack: string;
  /** Its logical name. */
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
};
