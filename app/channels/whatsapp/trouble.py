"""Twilio's error codes: what is done about each, and what it means in words."""

from __future__ import annotations

from typing import Literal

Cure = Literal["slower", "window", "without picture", "again", "none"]

WORDS: dict[int, str] = {
    20003: "Twilio does not accept RFLOW_TWILIO_ACCOUNT_SID and RFLOW_TWILIO_AUTH_TOKEN",
    20008: "the account's test credentials cannot send; use the live ones",
    21211: "the number is not one that Twilio can reach; check RFLOW_WHATSAPP_OWNER",
    21408: "the account may not write to that country; allow it in Twilio's console",
    21610: "the phone said STOP to Twilio itself; send START from it",
    21617: "the text is longer than 1,600 characters",
    21910: "sender and receiver are not of the same channel; check RFLOW_WHATSAPP_FROM",
    30001: "Twilio's line is full",
    30008: "the phone's carrier gave no reason",
    63001: "Twilio could not log in to WhatsApp; look at the sender in its console",
    63003: "that number has no WhatsApp",
    63005: "WhatsApp did not accept the message's content",
    63007: "RFLOW_WHATSAPP_FROM is no WhatsApp sender of this account",
    63015: "the phone has not joined the sandbox, or three days have passed; send “join …” to it again",
    63016: "24 hours have passed since the person wrote; WhatsApp takes a template only",
    63018: "WhatsApp's limit of messages for this sender is reached",
    63019: "the picture could not be fetched from RFLOW_PUBLIC_URL",
    63024: "WhatsApp does not know that number",
    63032: "WhatsApp does not deliver to this person now",
    63038: "the account's daily limit is reached",
    90010: "the Twilio account is not active",
}

CURES: dict[int, Cure] = {
    20429: "slower",
    429: "slower",
    14107: "slower",
    30001: "again",
    63016: "window",
    63018: "slower",
    63019: "without picture",
    12300: "without picture",
    11200: "without picture",
}


def cure(code: int) -> Cure:
    """What is done about it: "none" means that the message is parked."""
    return CURES.get(code, "none")


def words(reason: str) -> str:
    """A parked delivery's reason as a person reads it."""
    if reason == "window":
        return WORDS[63016]
    if reason.isascii() and reason.isdigit():
        return f"{WORDS.get(int(reason), 'Twilio refused it')} (Twilio's code {reason})"
    return reason
