// validatorUrl null: otherwise the page would show the description's address to a server on the internet
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null });
