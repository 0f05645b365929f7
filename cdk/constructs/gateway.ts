/**
 * Lets a server for Kafka's clients (`cumulog serve --backend aws`) work on a log. It stands beside the functions and not
 * behind their door: it reads and writes table and bucket itself, for every topic. Who may reach its port is not said here.
 */
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { type LogPlaces, statementsOf } from "./statements.ts";

/** What `Cumulog.grantGateway` does, for table and bucket that something else made, such as the app. */
export function grantGateway(grantee: IGrantable, places: LogPlaces): Grant {
  return statementsOf("gateway", places)
    .map(({ actions, resources, conditions }) =>
      Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions }),
    )
    .reduce((all, each) => all.combine(each));
}
