/**
 * The only script of the pages: a browser's passkeys are there for scripts alone (WebAuthn Level 3, 5.1). It reads a
 * form's options, asks the browser, puts the answer into the form and sends it. It loads nothing and calls nobody. The
 * bytes of options and answers are base64url; browsers before 2025 do not read them so themselves.
 */
export const PASSKEY_SCRIPT = `'use strict';
(() => {
  const form = document.querySelector('form[data-passkey]');
  if (form === null) return;
  const status = document.getElementById('passkey-status');
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (each) => each.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
  const tell = (name) => {
    status.textContent = status.dataset[name];
    status.hidden = false;
  };
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  for (const list of [options.allowCredentials || [], options.excludeCredentials || []])
    for (const each of list) each.id = bytes(each.id);
  if (options.user) options.user.id = bytes(options.user.id);
  const answer = (credential) => {
    const { id, type, response, authenticatorAttachment } = credential;
    const sent = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) {
      sent.attestationObject = text(response.attestationObject);
      sent.transports = response.getTransports ? response.getTransports() : [];
    } else {
      sent.authenticatorData = text(response.authenticatorData);
      sent.signature = text(response.signature);
      if (response.userHandle) sent.userHandle = text(response.userHandle);
    }
    return {
      id, rawId: id, type, authenticatorAttachment: authenticatorAttachment || undefined,
      clientExtensionResults: credential.getClientExtensionResults(), response: sent,
    };
  };
  let busy = false;
  const ask = async () => {
    if (busy) return;
    busy = true;
    status.hidden = true;
    try {
      const credential = await (form.dataset.passkey === 'create'
        ? navigator.credentials.create({ publicKey: options })
        : navigator.credentials.get({ publicKey: options }));
      form.elements.credential.value = JSON.stringify(answer(credential));
      form.submit();
    } catch (error) {
      busy = false;
      tell(error.name === 'InvalidStateError' ? 'known' : 'failed');
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask();
  });
  if (!window.PublicKeyCredential) tell('unsupported');
  else if (form.hasAttribute('data-asks')) ask();
})();
`;
