/** The servers that stand in for a part of AWS. */
export type EmulatorName = "dynalite" | "own S3 server" | "moto" | "ministack" | "DynamoDB Local";

/** One of them, running on a port of its own on this machine. */
export type Emulator = {
  readonly name: EmulatorName;
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** Of the software, for reports. */
  readonly version: string;
  /** Ends it with everything in it. */
  close(): Promise<void>;
};

/** Emulators take any credentials; the SDK wants some. Put them in the environment, or hand them to a client. */
export const emulatorCredentials = { accessKeyId: "emulator", secretAccessKey: "emulator" } as const;

/** The region that everything in an emulator is in. */
export const emulatorRegion = "us-east-1";
