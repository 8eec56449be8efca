"""WhatsApp, through Twilio: its webhook, its outbox, and how things are said on a phone."""
