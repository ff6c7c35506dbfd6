import type { WaitStrategy } from 'testcontainers'

/** Started as it is: whether it is ready is for the rehearsal to find out, with its own deadline. */
export const startedIsEnough: WaitStrategy = {
  waitUntilReady: async () => undefined,
  withStartupTimeout: () => startedIsEnough,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => 0,
}
