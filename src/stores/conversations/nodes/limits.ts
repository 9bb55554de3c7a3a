/** Limits of nodes and what is published to them. */
export const limits = {
  /** Of one owner in one service. */
  nodesPerOwnerMax: 1_000,
  /** Payloads of one owner in one service together. */
  bytesPerOwnerMax: 32 * 1024 * 1024,
  nodeNameBytesMax: 1_023,
  itemIdBytesMax: 1_023,
  /** Of one payload; a picture of XEP-0084 is the largest that clients publish. */
  itemBytesMax: 256 * 1024,
  /** What `max_items=max` means; where it is reached nothing is let go of, and the next item is refused. */
  itemsPerNodeMax: 5_000,
  /** Of one request to publish. */
  itemsPerPublishMax: 100,
  subscriptionsPerNodeMax: 50_000,
  affiliationsPerNodeMax: 50_000,
  /** Of the options of one subscription, or the configuration of one node, as JSON. */
  optionsBytesMax: 16 * 1024,
  /** Rows of one page. */
  pageRowsMax: 500,
  /** Payloads of one page together; the first is always in it. */
  answerBytesMax: 1024 * 1024,
  /** Owners whose last items are asked for in one statement. */
  ownersPerReadMax: 500,
  /** Names of nodes in one question for last items. */
  namesPerReadMax: 200,
  /** Rows that one step of a clean-up takes in. */
  stepRows: 500,
} as const;
