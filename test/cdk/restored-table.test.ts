/** A deployment that goes on in a restored table: the last step of docs/BACKUP.md. */
import { describe, expect, it } from "vitest";
import { synthesize } from "./synthesize.ts";

const frontDoors = ["http-api", "web-function"] as const;

describe.each(frontDoors)("a deployment of %s with a restored table", frontDoor => {
  const before = synthesize({ frontDoor });
  const after = synthesize({ frontDoor, restoredTable: "orders-restored" });
  const textOf = ({ app }: typeof before, part: string): string =>
    JSON.stringify(app.synth().stacks.find(({ stackName }) => stackName.endsWith(part))?.template);

  it("has its functions, their policies and its alarms work on that table alone", () => {
    for (const part of ["api", "maintenance", "observability"]) {
      expect(textOf(after, part)).toContain("orders-restored");
      expect(textOf(after, part)).not.toMatch(/StorageTable|Storage\/Table/);
    }
    expect(textOf(after, "api")).toContain('"CUMULOG_TABLE":"orders-restored"');
    expect(textOf(after, "api")).toMatch(/:table\/orders-restored/);
  });

  it("keeps its own table as it is", () => {
    const tables = after.resources("AWS::DynamoDB::Table");
    expect(tables).toEqual(before.resources("AWS::DynamoDB::Table"));
    expect(tables).toMatchObject([
      { Properties: { DeletionProtectionEnabled: true }, DeletionPolicy: "Retain" },
    ]);
  });

  it("takes no export away that the stacks deployed before still take", () => {
    const exportsOf = ({ app }: typeof before): readonly string[] =>
      app
        .synth()
        .stacks.flatMap(({ template }) =>
          Object.values<{ Export?: { Name: string } }>(template.Outputs ?? {}).flatMap(
            ({ Export }) => Export?.Name ?? [],
          ),
        );
    const dataExports = exportsOf(before).filter(name => name.includes("StorageTable"));
    expect(dataExports.length).toBeGreaterThan(0);
    expect(exportsOf(after)).toEqual(expect.arrayContaining(dataExports));
  });
});
