// Photos are made smaller before they leave the phone: a corridor's network is slow. Without this file, or where
// anything fails, they are sent as they are, and the service makes them smaller.
"use strict";
(function () {
  const LONGEST = 2000, QUALITY = 0.85, SMALL = 400 * 1024, KINDS = /^image\/(jpeg|png|webp|heic|heif)$/;

  async function shrunk(file) {
    if (!KINDS.test(file.type) || file.size < SMALL) return file;
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      const context = canvas.getContext("2d");
      context.fillStyle = "#fff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      image.close();
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    } catch (_) {
      return file;
    }
  }

  function watch(input) {
    let work = null;
    input.addEventListener("change", () => {
      const chosen = Array.from(input.files);
      const mine = (async () => {
        const transfer = new DataTransfer();
        for (const file of chosen) transfer.items.add(await shrunk(file));
        if (work === mine) input.files = transfer.files;
      })().catch(() => {}).finally(() => { if (work === mine) work = null; });
      work = mine;
    });
    if (input.form) input.form.addEventListener("submit", (event) => {
      if (!work) return;
      event.preventDefault();
      const button = event.submitter;
      work.then(() => input.form.requestSubmit(button));
    });
  }

  document.querySelectorAll("input[type=file][data-shrink]").forEach(watch);
})();
