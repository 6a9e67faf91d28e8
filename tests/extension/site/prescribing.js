// A screen that writes orders: signing moves the new order into the table.
document.getElementById("sign").addEventListener("click", () => {
  const form = document.querySelector("form.new-order");
  const row = document.querySelector("table.medications tbody").insertRow();
  for (const name of ["drug", "dose", "frequency"]) row.insertCell().textContent = form.elements[name].value;
  form.reset();
});
