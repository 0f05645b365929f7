/**
 * A whole log in one construct, for a stack of one's own: storage, a door, maintenance, alarms. What each prop means is
 * said in `options` (cdk/options.ts) and docs/DEPLOY.md.
 */
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { FunctionName } from "../../lib/app/aws/index.ts";
import { readProps } from "../config.ts";
import type { DeploymentProps } from "../options.ts";
import { type Door, makeDoor } from "./door.ts";
import type { FrontDoor } from "./front-door.ts";
import { grantGateway } from "./gateway.ts";
import { HttpDoor } from "./http-door.ts";
import { LogMaintenance } from "./maintenance.ts";
import { LogObservability } from "./observability.ts";
import { LogStorage } from "./storage.ts";

export class Cumulog extends Construct implements FrontDoor {
  readonly url: string;
  readonly table: ITable;
  readonly bucket: Bucket;
  readonly door: Door;
  /** The functions that a request, a schedule or a queue calls; a web function is none of them. */
  readonly functions: Readonly<Partial<Record<FunctionName, LambdaFunction>>>;
  readonly maintenance: LogMaintenance;
  readonly observability: LogObservability;

  /** Throws InvalidConfiguration with every problem of the props. */
  constructor(scope: Construct, id: string, props: DeploymentProps = {}) {
    super(scope, id);
    const config = readProps(props);
    const storage = new LogStorage(this, "Storage", config);
    this.table = storage.table;
    this.bucket = storage.bucket;
    this.door = makeDoor(this, "Door", storage, config);
    this.url = this.door.url;
    this.maintenance = new LogMaintenance(this, "Maintenance", storage, config);
    this.functions = functionsOf(this.door, this.maintenance);
    const watched = { storage, door: this.door, maintenance: this.maintenance };
    this.observability = new LogObservability(this, "Observability", watched, config);
  }

  grantProduce(grantee: IGrantable, topic?: string): Grant {
    return this.door.grantProduce(grantee, topic);
  }

  grantConsume(grantee: IGrantable, topic?: string): Grant {
    return this.door.grantConsume(grantee, topic);
  }

  grantAdmin(grantee: IGrantable): Grant {
    return this.door.grantAdmin(grantee);
  }

  /**
   * Lets a server for Kafka's clients work on the log: it reads, appends to and changes every topic. To be given to the
   * role of such a server, and to nobody who only calls one.
   */
  grantGateway(grantee: IGrantable): Grant {
    return grantGateway(grantee, this);
  }
}

function functionsOf(door: Door, maintenance: LogMaintenance): Cumulog["functions"] {
  const tick = { maintenance: maintenance.function.function, worker: maintenance.worker.function };
  if (!(door instanceof HttpDoor)) return tick;
  const { produce, fetch, groups, admin } = door.functions;
  return {
    ...tick,
    produce: produce.function,
    fetch: fetch.function,
    groups: groups.function,
    admin: admin.function,
  };
}
