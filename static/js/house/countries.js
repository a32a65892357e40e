// The countries that a house can choose: how they write money, and what their law says of tips.

/**
 * `currency_after` puts the sign behind the amount. `tips` are usual per cents, `most` is the law's limit of
 * what may be suggested, `law` what an owner should know.
 * @type {Country[]}
 */
export const COUNTRIES = [
  { code: "MX", name: "México", currency: "$", currency_after: false, decimals: 2, decimal_mark: ".",
    tips: [10, 15, 20],
    law: "En México la propina es voluntaria: no se puede incluir en el total ni condicionar el servicio." },
  { code: "CO", name: "Colombia", currency: "$", currency_after: false, decimals: 0, decimal_mark: ",",
    tips: [5, 10], most: 10,
    law: "En Colombia la propina es voluntaria, se pregunta antes de cobrar y lo sugerido no pasa del 10 %." },
  { code: "CL", name: "Chile", currency: "$", currency_after: false, decimals: 0, decimal_mark: ",",
    tips: [10], law: "En Chile se debe sugerir una propina de al menos 10 %; el cliente decide si la da." },
  { code: "PE", name: "Perú", currency: "S/", currency_after: false, decimals: 2, decimal_mark: ".",
    tips: [5, 10], law: "En Perú la propina es voluntaria, y aparte del recargo al consumo." },
  { code: "AR", name: "Argentina", currency: "$", currency_after: false, decimals: 2, decimal_mark: ",",
    tips: [10], law: "En Argentina la propina es voluntaria." },
  { code: "VE", name: "Venezuela", currency: "Bs.", currency_after: false, decimals: 2, decimal_mark: ",",
    tips: [10], law: "En Venezuela el servicio puede ir en la cuenta; la propina es aparte y voluntaria." },
  { code: "CR", name: "Costa Rica", currency: "₡", currency_after: false, decimals: 0, decimal_mark: ",",
    tips: [10], law: "En Costa Rica el 10 % de servicio ya va en la cuenta; la propina es aparte y voluntaria." },
];

export const countryOf = (/** @type {string} */ code) => COUNTRIES.find((country) => country.code === code);
