/** The example of docs/DEPLOY.md, which is made from this file: servers for Kafka's clients on Fargate. */
import { Duration, type Stack } from "aws-cdk-lib";
import { type ISecurityGroup, Port } from "aws-cdk-lib/aws-ec2";
import * as ecs from "aws-cdk-lib/aws-ecs";
import type { Cumulog } from "../../../cdk/index.ts";

/** Two servers named `gateway` in the cluster's namespace, for whoever bears the security group. The image holds a clone. */
export function addGateways(
  stack: Stack,
  log: Cumulog,
  { cluster, clients, image }: { cluster: ecs.ICluster; clients: ISecurityGroup; image: ecs.ContainerImage },
): ecs.FargateService {
  const taskDefinition = new ecs.FargateTaskDefinition(stack, "Gateway", { cpu: 1024, memoryLimitMiB: 2048 });
  log.grantGateway(taskDefinition.taskRole);
  taskDefinition.addContainer("server", {
    image,
    // Clients go to each server by its own address.
    command: ["sh", "-c", 'exec node bin/cumulog.js serve --host 0.0.0.0 --advertised-host "$(hostname -i)"'],
    environment: {
      CUMULOG_BACKEND: "aws",
      CUMULOG_TABLE: log.table.tableName,
      CUMULOG_BUCKET: log.bucket.bucketName,
      CUMULOG_LOG_FORMAT: "json",
    },
    portMappings: [{ containerPort: 9092 }],
    // Longer than it drains.
    stopTimeout: Duration.seconds(30),
    logging: ecs.LogDrivers.awsLogs({ streamPrefix: "gateway" }),
  });
  const service = new ecs.FargateService(stack, "Gateways", {
    cluster,
    taskDefinition,
    desiredCount: 2,
    cloudMapOptions: { name: "gateway" },
  });
  service.connections.allowFrom(clients, Port.tcp(9092));
  return service;
}
