/**
 * What can go wrong between a person and the service, one class per fact. `main` prints the message as one line and
 * ends with a code: 2 for a command that was typed wrongly, 1 for all else.
 */
import { CumulogError } from "../lib/std/index.ts";

/** The command line itself is wrong. */
export class UsageWrong extends CumulogError {
  override readonly name = "UsageWrong";
  readonly kind = "caller";
}

/** No connection was made: the request was never sent, certainly. */
export class ServerUnreachable extends CumulogError {
  override readonly name = "ServerUnreachable";
  readonly kind = "busy";
}

/** The request was sent and no whole answer came: what it asks for may have been done. */
export class AnswerLost extends CumulogError {
  override readonly name = "AnswerLost";
  readonly kind = "busy";
}

/** The server answered, and the answer is an error. */
export class ServerRefused extends CumulogError {
  override readonly name = "ServerRefused";
  readonly kind = "caller";
  readonly status: number;
  /** The server's own number of what is wrong: 40401 and so on. */
  readonly code: number;
  /** Nothing was done, and the same request may succeed after this long, ms. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: Pick<ServerRefused, "status" | "code" | "retryAfterMs">) {
    super(message);
    this.status = facts.status;
    this.code = facts.code;
    this.retryAfterMs = facts.retryAfterMs;
  }

  /** Whether what was asked for is certainly not done. Of the errors of the server itself, two promise that: busy and full. */
  get isWithoutEffect(): boolean {
    return this.status < 500 || this.status === 503 || this.status === 507;
  }
}

/** There is no topic of that name. */
export class TopicMissing extends CumulogError {
  override readonly name = "TopicMissing";
  readonly kind = "caller";
}

/** What answers at the URL does not speak as our server does. */
export class ServerStrange extends CumulogError {
  override readonly name = "ServerStrange";
  readonly kind = "caller";
}

/** A line of the input cannot become a record. */
export class LineRefused extends CumulogError {
  override readonly name = "LineRefused";
  readonly kind = "caller";
}

/** Not everything was appended; the message says what was and where the doubt is. */
export class ProduceStopped extends CumulogError {
  override readonly name = "ProduceStopped";
  readonly kind = "caller";
}

/** A file that was named cannot be read. */
export class FileUnreadable extends CumulogError {
  override readonly name = "FileUnreadable";
  readonly kind = "caller";
}

/** Whoever read our output went away (`| head`): nobody is left to tell, and nothing is wrong. */
export class OutputClosed extends CumulogError {
  override readonly name = "OutputClosed";
  readonly kind = "caller";
}

/** The command did its work and found something that is not well; it has said so itself. */
export class FoundProblems extends CumulogError {
  override readonly name = "FoundProblems";
  readonly kind = "caller";
}

/** Of two changes the first was made and the second was not. */
export class AlteredInPart extends CumulogError {
  override readonly name = "AlteredInPart";
  readonly kind = "caller";
}

/** The member left its group, or could not, and it is not known whether what was printed last is committed. */
export class CommitUnsure extends CumulogError {
  override readonly name = "CommitUnsure";
  readonly kind = "busy";
}
