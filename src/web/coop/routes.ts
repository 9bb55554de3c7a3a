import type { Privilege } from '../../coop/index.ts';
import type { Route } from '../house.ts';
import { confirmMatch, importStatement, matchLine, refuseMatch, showBank } from './bank.ts';
import { changeAccount, showPay } from './pay.ts';
import { sendLedger, sendProof, showProof, showSlip } from './pay-proof.ts';
import { approveRun, cancelRun, exportRun, failRun, sendRunFile, showRun } from './run.ts';
import {
  applyForShares,
  makeCertificate,
  requestShares,
  sendCertificate,
  withdrawApplication,
  withdrawRequest,
} from './share-forms.ts';
import { showShares } from './shares.ts';
import { closeMonth, prepareRun, showTreasury } from './treasury.ts';
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
  page('ledger.read', '/treasury', showTreasury),
  form('pay.prepare', '/treasury/months/close', closeMonth),
  form('pay.prepare', '/treasury/runs/prepare', prepareRun),
  page('ledger.read', '/treasury/runs/:run', showRun),
  form('pay.approve', '/treasury/runs/:run/approve', approveRun),
  form('pay.prepare', '/treasury/runs/:run/cancel', cancelRun),
  form('pay.prepare', '/treasury/runs/:run/export', exportRun),
  form('pay.approve', '/treasury/runs/:run/fail', failRun),
  page('pay.prepare', '/treasury/runs/:run/file', sendRunFile),
  page('ledger.read', '/treasury/bank', showBank),
  form('bank.import', '/treasury/bank/import', importStatement),
  form('bank.match', '/treasury/bank/match', matchLine),
  form('bank.match', '/treasury/bank/confirm', confirmMatch),
  form('bank.match', '/treasury/bank/refuse', refuseMatch),
  open('/verify', showVerify),
  open('/verify/ledger.mjs', sendVerifier),
  open('/verify/checkpoint.txt', sendCheckpoint),
];
