// Twilio's Voice SDK, for agents who take calls in the browser: fetched by /static/agent_calls.js where there are any.
export { Device } from "@twilio/voice-sdk";
