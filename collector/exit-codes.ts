/** What the exit code says; timers and scripts rely on it. */
export const exitCode = {
  done: 0,
  findingsOpen: 1,
  usage: 2,
  notEnrolled: 3,
  unreachable: 4,
  refused: 5,
  /** A bug of ours. */
  internal: 70,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
