/**
 * imap/mechanisms: the SASL mechanisms of AUTHENTICATE, in the order in which CAPABILITY offers them. One mechanism is
 * one file and one line here. The strongest stand first.
 */
import { bearerMechanisms } from './bearer.ts';
import { login } from './login.ts';
import type { Mechanism } from './mechanism.ts';
import { plain } from './plain.ts';
import { scramMechanisms } from './scram.ts';

export const mechanisms: readonly Mechanism[] = [...scramMechanisms, ...bearerMechanisms, plain, login];
