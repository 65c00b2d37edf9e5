/** Adding a customer: one field is needed, the key is proposed from the name. */

export function CustomerForm({
  name = '',
  shortKey = '',
  wrong,
  isFirst = false,
}: {
  name?: string;
  shortKey?: string;
  wrong?: string;
  isFirst?: boolean;
}) {
  return (
    <form class="fields" method="post" action="/customers">
      {wrong !== undefined && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <label>
        Name
        <input name="name" required maxlength={80} value={name} autocomplete="organization" autofocus={isFirst || wrong !== undefined} />
      </label>
      <label>
        Short key
        <input name="key" maxlength={8} value={shortKey} autocomplete="off" pattern="[A-Za-z][A-Za-z0-9]{1,7}" />
        <span class="hint">2 to 8 letters and digits; people say it on the phone: ACM-17. Empty: taken from the name.</span>
      </label>
      <button class={isFirst ? 'btn main' : 'btn'} type="submit">
        Add customer
      </button>
    </form>
  );
}
