/** Tags of one record. */
export const tagsMax = 64;
/** Terms of one SPF record. */
export const spfTermsMax = 100;
/** RFC 7208 §4.6.4: terms that make the receiver ask the DNS. */
export const spfLookUpsMax = 10;
/** Lines of one MTA-STS policy. */
export const policyLinesMax = 200;
/** RFC 8461 §3.2: a year and a day. */
export const stsMaxAgeSecondsMax = 31_557_600;
