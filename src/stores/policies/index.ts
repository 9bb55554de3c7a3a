/**
 * stores/policies: MTA-STS policies of other domains, as they were fetched (RFC 8461 §3.3): who keeps them through a restart
 * cannot be talked out of TLS by whoever stands in the way that day.
 * - A policy is kept until its own age ends; then it is as if it had never been. Each change sweeps what has ended.
 * - At most `policiesMax`; the ones that end first go first.
 */
export { policiesMax } from './limits.ts';
export { policiesModule } from './module.ts';
export { createPolicyStore, type PolicyStore, type StoredPolicy } from './store.ts';
