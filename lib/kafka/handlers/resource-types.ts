/** What configs may belong to (ConfigResource.Type). Numbers of the wire. */
export const resourceTypes = { topic: 2, broker: 4, brokerLogger: 8 } as const;
