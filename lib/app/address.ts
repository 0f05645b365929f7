/** A host as a URL has it: `[::1]`. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
