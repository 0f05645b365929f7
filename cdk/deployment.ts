/**
 * The stacks of a deployment, joined. Data stands alone, so that the others can be deleted and made again.
 */
import type { App, StackProps } from "aws-cdk-lib";
import type { AppConfig } from "./config.ts";
import { ApiStack, DataStack, MaintenanceStack, ObservabilityStack } from "./stacks/index.ts";

/** Every stack of a deployment. */
export type Deployment = {
  readonly data: DataStack;
  readonly api: ApiStack;
  readonly maintenance: MaintenanceStack;
  readonly observability: ObservabilityStack;
};

/** Adds the stacks to an app. */
export function addDeployment(app: App, { deployment: config, account, region }: AppConfig): Deployment {
  const props: StackProps = {
    env: { ...(account !== undefined && { account }), ...(region !== undefined && { region }) },
    terminationProtection: false,
  };
  const name = (part: string): string => `Cumulog-${config.stage}-${part}`;
  const data = new DataStack(app, name("data"), config, {
    ...props,
    terminationProtection: config.removal === "retain",
  });
  const { storage } = data;
  const api = new ApiStack(app, name("api"), storage, config, props);
  const maintenance = new MaintenanceStack(app, name("maintenance"), storage, config, props);
  const watched = { storage, door: api.door, maintenance: maintenance.maintenance };
  const observability = new ObservabilityStack(app, name("observability"), watched, config, props);
  return { data, api, maintenance, observability };
}
