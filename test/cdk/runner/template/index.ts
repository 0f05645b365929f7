export type { Identity } from "./identities.ts";
export { Resolver, TemplateInvalid } from "./resolve.ts";
export type { Place, Resource, Stack, Template } from "./template.ts";
