import type { Privilege } from '../../coop/index.ts';
import type { Route } from '../house.ts';
import { changeAccount, showPay } from './pay.ts';
import { sendLedger, sendProof, showProof, showSlip } from './pay-proof.ts';
import {
  applyForShares,
  makeCertificate,
  requestShares,
  sendCertificate,
  withdrawApplication,
  withdrawRequest,
} from './share-forms.ts';
import { showShares } from './shares.ts';
import { sendCheckpoint, sendVerifier, showVerify } from './verify.ts';

type Run = Route['run'];
/** Pages for everybody, pages of who is signed in, and forms of theirs, each with its privilege in the co-op. */
const open = (path: string, run: Run): Route => ({
  ...{ method: 'GET', path, doors: 'pages', privilege: null, inCoop: 'public', run },
});
const page = (inCoop: Privilege, path: string, run: Run): Route => ({
  ...{ method: 'GET', path, doors: 'pages', privilege: 'account:read', inCoop, run },
});
const form = (inCoop: Privilege, path: string, run: Run): Route => ({
  ...{ method: 'POST', path, doors: 'pages', privilege: 'account:write', inCoop, run },
});

/** The pages of the co-op's money. */
export const coopRoutes: readonly Route[] = [
  page('own', '/shares', showShares),
  form('own', '/shares/apply', applyForShares),
  form('own', '/shares/withdraw', withdrawApplication),
  form('own', '/shares/request', requestShares),
  form('own', '/shares/request/withdraw', withdrawRequest),
  form('own', '/shares/certificate', makeCertificate),
  page('own', '/shares/certificates/:file', sendCertificate),
  page('own', '/pay', showPay),
  form('own', '/pay/account', changeAccount),
  page('own', '/pay/ledger.jsonl', sendLedger),
  page('own', '/pay/months/:month', showProof),
  page('own', '/pay/months/:month/proof.json', sendProof),
  page('own', '/pay/years/:year', showSlip),
  open('/verify', showVerify),
  open('/verify/ledger.mjs', sendVerifier),
  open('/verify/checkpoint.txt', sendCheckpoint),
];
