/**
 * imap/mechanisms: the SASL mechanisms of AUTHENTICATE, in the order in which CAPABILITY offers them. One mechanism is
 * one file and one line here.
 */
import { login } from './login.ts';
import type { Mechanism } from './mechanism.ts';
import { plain } from './plain.ts';

export const mechanisms: readonly Mechanism[] = [plain, login];
