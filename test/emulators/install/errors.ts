/** Why an emulator is not there. */

/** This machine lacks what the emulator needs, or the registry does not answer: nobody's fault, and no failure. */
export class EmulatorAbsent extends Error {
  override readonly name = "EmulatorAbsent";
}

/** Everything needed is there, and yet it could not be set up. */
export class InstallFailed extends Error {
  override readonly name = "InstallFailed";
}

const linesShown = 20;
const charactersShown = 200;

/** What pip and Maven say when nobody answers at the other end. */
const unreachable =
  /Temporary failure in name resolution|Name or service not known|getaddrinfo|from versions: none|NewConnectionError|Failed to establish a new connection|ConnectTimeout|UnknownHostException|Unknown host|ConnectException|Connection refused|Connection timed out|connect timed out|Network is unreachable|No route to host/i;

/** What a failed install means: `registry` did not answer, or the install is broken. */
export function installError(what: string, registry: string, output: string): Error {
  if (unreachable.test(output)) return new EmulatorAbsent(`${registry} does not answer`);
  const lines = output.trim().split("\n").slice(-linesShown);
  return new InstallFailed(
    [`${what} could not be installed:`, ...lines.map(line => `  ${line.slice(0, charactersShown)}`)].join(
      "\n",
    ),
  );
}
