/**
 * How callers reach the log: one of two doors, the same to whoever holds it.
 */
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import { CumulogError } from "../../lib/std/index.ts";

/** A grant that the door of this deployment cannot make. */
export class GrantImpossible extends CumulogError {
  override readonly name = "GrantImpossible";
  readonly kind = "caller";
}

/** Where requests come in. Grants throw GrantImpossible where the door cannot tell such callers from others. */
export interface FrontDoor {
  /** Without a slash at the end. */
  readonly url: string;
  /** Lets someone append to a topic, or to every topic. */
  grantProduce(grantee: IGrantable, topic?: string): Grant;
  /**
   * Lets someone read a topic and what is known of it; or all of them and their list, also as a member of any consumer
   * group. A group names its topics in the body of a request, which no policy sees: so none comes with a single topic.
   */
  grantConsume(grantee: IGrantable, topic?: string): Grant;
  /** Lets someone create, change and delete topics, and see the cluster; it neither reads nor appends. */
  grantAdmin(grantee: IGrantable): Grant;
}
