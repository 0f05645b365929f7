/**
 * THE list of what cdk-nag finds and we stand by, each with its reason. Whatever else it finds fails the synthesis.
 */
import {
  type App,
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  Validations,
} from "aws-cdk-lib";
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from "cdk-nag";

/** A finding that stays, where it stays, and why. */
export type Acknowledgement = {
  readonly rule: RegExp;
  /** The path of the construct, without its stack. */
  readonly at: RegExp;
  readonly reason: string;
};

/** Every finding that stays. */
export const acknowledgements: readonly Acknowledgement[] = [
  {
    rule: /^AwsSolutions-S1$/,
    at: /\/Storage\/Bucket\/Resource$/,
    reason:
      "Server access logs would double the requests that the log pays for. The functions are the only callers; data events of CloudTrail show them where an audit asks for it.",
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*\/(ingest|topics)\/\*\]$/,
    at: /\/Door\/(\w+\/)?Role\/Resource$/,
    reason: "Segments have names that nobody knows before; all of them begin with ingest/ or topics/.",
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*\/(ingest|topics|sweep|sweep\/mark)\/\*\]$/,
    at: /\/Maintenance\/(Maintenance|Worker)\/Role\/Resource$/,
    reason: "What the maintenance compacts and sweeps has names that nobody knows before.",
  },
  {
    rule: /^Serverless-SQSRedrivePolicy$/,
    at: /\/Maintenance\/Failures\/Resource$/,
    reason: "Nothing consumes the queue: people look at it, and an alarm tells them to.",
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    at: /\/Door\/(Produce|Fetch|Groups|Admin)\/Function\/Resource$/,
    reason: "Called by the API alone, which waits for the answer: nothing is queued that could be lost.",
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    at: /\/Maintenance\/Maintenance\/Function\/Resource$/,
    reason:
      "Its failures go to a queue by an on-failure destination, which says more than a dead-letter queue.",
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    at: /\/Maintenance\/Worker\/Function\/Resource$/,
    reason: "Called with messages of a queue, which has a dead-letter queue of its own.",
  },
  {
    rule: /^Serverless-LambdaEventSourceMappingDestination$/,
    at: /\/Maintenance\/Mapping\/Resource$/,
    reason: "Of a queue it can have none: the queue itself puts aside what failed too often.",
  },
  {
    rule: /^Serverless-LambdaTracing$/,
    at: /\/Function\/Resource$/,
    reason:
      "X-Ray costs per request and adds a daemon to each function; metrics and logs carry the request id.",
  },
  {
    rule: /^AwsSolutions-S1$/,
    at: /\/AWSCDKWebFunctionAssetBucket\/Resource$/,
    reason: "Made by the CDK for the code of the web function: it holds a copy of an asset, and no records.",
  },
  {
    rule: /^(AwsSolutions-IAM[45]\[.*\]|Serverless-Lambda(DefaultMemorySize|DLQ|Tracing))$/,
    at: /\/Custom::S3ObjectCopy\w+\/(ServiceRole\/(DefaultPolicy\/)?)?Resource$/,
    reason:
      "The CDK's own function that copies the code of the web function: it runs while a stack is deployed, and reaches the assets and that bucket alone.",
  },
];

/** Checks everything in the app by both packs. */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(
    ...[new AwsSolutionsChecks(), new ServerlessChecks()].map(pack => new Checks(pack)),
  );
}

/** A pack without what is acknowledged. The toolkit's own way wants ids that are only known after the synthesis. */
class Checks implements IPolicyValidationPlugin {
  readonly name: string;
  readonly #pack: NagPack;

  constructor(pack: NagPack) {
    this.name = pack.name;
    this.#pack = pack;
  }

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const report = this.#pack.validate(context);
    const violations = report.violations
      .map(violation => ({
        ...violation,
        violatingResources: violation.violatingResources.filter(
          ({ constructPath }) => findAcknowledgement(violation.ruleName, constructPath ?? "") === undefined,
        ),
      }))
      .filter(violation => violation.violatingResources.length > 0);
    return { success: violations.length === 0, violations };
  }
}

/** What acknowledges a finding, if anything does. */
export function findAcknowledgement(rule: string, path: string): Acknowledgement | undefined {
  return acknowledgements.find(each => each.rule.test(rule) && each.at.test(path));
}
