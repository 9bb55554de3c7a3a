/**
 * chat/data: forms (XEP-0004), what is looked at (XEP-0030), pages (XEP-0059) and moments (XEP-0082, XEP-0203), as many specifications use them. Pure.
 */
export {
  type Described,
  type DiscoIdentity,
  type DiscoItem,
  type DiscoNode,
  describe,
  discoInfoNs,
  discoItemsNs,
  infoElement,
  itemsElement,
} from './disco.ts';
export {
  booleanOf,
  type Field,
  type FieldType,
  type Filled,
  type Form,
  filledIn,
  formElement,
  formsNs,
  readForm,
} from './forms.ts';
export { type PageAsked, type PageGiven, pageAsked, pageElement, resultSetsNs } from './result-sets.ts';
export { dateTime, delayElement, parseDateTime } from './times.ts';
