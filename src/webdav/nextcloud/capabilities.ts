import { spokenVersion } from './identity.ts';
import type { Data } from './ocs.ts';

export const versionText = `${spokenVersion.major}.${spokenVersion.minor}.${spokenVersion.micro}`;

/** `/status.php`: whether it makes sense to ask on. */
export function statusOf(productName: string, maintenance: boolean): Data {
  return {
    installed: true,
    maintenance,
    needsDbUpgrade: false,
    version: `${versionText}.${spokenVersion.build}`,
    versionstring: versionText,
    edition: '',
    productname: productName,
    extendedSupport: false,
  };
}

/** What of it there is here: what is left out the apps do not ask for. */
export function capabilitiesOf(productName: string, address: string, links: boolean): Data {
  const { major, minor, micro } = spokenVersion;
  return {
    version: { major, minor, micro, string: versionText, edition: '', extendedSupport: false },
    capabilities: {
      core: { pollinterval: 60, 'webdav-root': 'remote.php/webdav', 'reference-api': false },
      dav: { chunking: '1.0', bulkupload: '1.0' },
      checksums: { supportedTypes: ['SHA1', 'MD5', 'SHA256', 'ADLER32'], preferredUploadType: 'SHA1' },
      files: {
        bigfilechunking: true,
        blacklisted_files: [],
        undelete: true,
        versioning: true,
        comments: false,
      },
      files_sharing: {
        api_enabled: true,
        default_permissions: 31,
        group_sharing: true,
        resharing: true,
        user: { send_mail: false, expire_date: { enabled: true } },
        group: { enabled: true, expire_date: { enabled: true } },
        federation: { outgoing: false, incoming: false, expire_date: { enabled: false } },
        public: {
          enabled: links,
          upload: links,
          upload_files_drop: links,
          multiple_links: true,
          send_mail: false,
          password: { enforced: false, askForOptionalPassword: false },
          expire_date: { enabled: false },
        },
      },
      theming: { name: productName, url: address, slogan: '', color: '#2b5d7d', 'color-text': '#ffffff' },
    },
  };
}
