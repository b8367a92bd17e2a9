// Buttons that copy what they name.

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = words), 2000);
});
