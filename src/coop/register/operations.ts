import type { CoopMake } from '../store/make.ts';
import * as applications from './scripts/applications.ts';
import * as calls from './scripts/calls.ts';
import { cancel } from './scripts/cancel.ts';
import * as certificates from './scripts/certificates.ts';
import { checkHead, checkMovements, checkPersons } from './scripts/checks.ts';
import * as payees from './scripts/payees.ts';
import { addPerson, changePerson } from './scripts/persons.ts';
import * as privacy from './scripts/privacy.ts';
import * as register from './scripts/read.ts';
import { redeem } from './scripts/redeem.ts';
import * as requests from './scripts/requests.ts';
import { transfer } from './scripts/transfer.ts';

/** What the threads run for the register. */
export const registerOperations = ({ read, scan, write }: CoopMake) => ({
  registerPersonAdd: write(addPerson),
  registerPersonChange: write(changePerson),
  registerPerson: read(register.person),
  registerPersonOfAccount: read(register.personOfAccount),
  registerPersons: scan(register.persons),
  registerPayeeChange: read(payees.payeeChange),
  registerPayeeChangesWaiting: scan(payees.payeeChangesWaiting),
  registerPayeeChangesOf: read(payees.payeeChangesOf),
  registerPayeeConfirm: write(payees.confirmPayee),
  registerPayeeRefuse: write(payees.refusePayee),
  registerNoticesPending: scan(payees.noticesPending),
  registerNoticeSent: write(payees.noticeSent),
  registerApply: write(applications.apply),
  registerDecide: write(applications.decide),
  registerApplicationWithdraw: write(applications.withdrawApplication),
  registerApplicationPaid: write(applications.receiveForApplication),
  registerApplication: read(applications.application),
  registerApplications: scan(applications.applications),
  registerApplicationsOf: read(applications.applicationsOf),
  registerCall: write(calls.call),
  registerCallsOf: read(calls.callsOf),
  registerTransfer: write(transfer),
  registerRequest: write(requests.request),
  registerRequestWithdraw: write(requests.withdrawRequest),
  registerEnd: write(requests.endMembership),
  registerQueue: scan(requests.queue),
  registerRequestsOf: read(requests.requestsOf),
  registerRequestById: read(requests.requestById),
  registerRedeem: write(redeem),
  registerCancel: write(cancel),
  registerMovements: scan(register.movements),
  registerHolding: read(register.holding),
  registerHoldings: scan(register.holdings),
  registerTotals: scan(register.totals),
  registerMemberships: scan(register.memberships),
  registerCertificateFacts: scan(certificates.certificateFacts),
  registerCertificateKeep: write(certificates.certificateKeep),
  registerCertificate: read(certificates.certificate),
  registerCertificatesOf: read(certificates.certificatesOf),
  registerCertificateState: read(certificates.certificateState),
  registerPersonFile: scan(privacy.personFile),
  registerConsentsOf: read(privacy.consentsOf),
  registerConsent: write(privacy.consent),
  registerPersonErase: write(privacy.erasePerson),
  registerCheckMovements: scan(checkMovements),
  registerCheckPersons: scan(checkPersons),
  registerCheckHead: scan(checkHead),
});

/** In the order in which faults are best read. */
export const registerChecks = <Check>(operations: {
  readonly registerCheckMovements: Check;
  readonly registerCheckPersons: Check;
  readonly registerCheckHead: Check;
}) => [operations.registerCheckMovements, operations.registerCheckPersons, operations.registerCheckHead];
