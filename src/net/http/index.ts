/**
 * net/http: HTTP/1.1 doors. Connections come from the same listeners as every protocol's, so the same limits, PROXY
 * header, certificates and draining hold; Node's parser is fed with them. A handler is a function of a Request (a
 * hono app's `fetch`); Node's own request is in its environment, for streaming bodies. `createPostForm` and `createGetHttps` ask others.
 */
export { disposition } from './disposition.ts';
export { createGetHttps, type GetHttps, type HttpsAnswer, type HttpsGet } from './get-https.ts';
export {
  connectionOf,
  type FetchHandler,
  type HttpEnvironment,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  liftRequestLimit,
  listenHttp,
  type RawHandler,
  type UpgradeHandler,
} from './listen-http.ts';
export {
  type AskOutward,
  createAskOutward,
  OutwardError,
  type OutwardOptions,
  type OutwardRequest,
} from './outward.ts';
export { createPostForm, type FormAnswer, type FormPost, type PostForm } from './post-form.ts';
